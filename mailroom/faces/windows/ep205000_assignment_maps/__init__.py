"""Assignment maps: ordered rules that give emails and cases to people."""

"""What the scripted hostile servers do on the wire."""

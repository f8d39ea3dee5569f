"""One file a journey: what a person does, in a real browser on real servers."""

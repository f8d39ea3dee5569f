"""Real servers for the tests: private, on free ports, in folders of their own. README.md names each fixture."""

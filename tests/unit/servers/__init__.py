"""The test servers do what the tests rely on."""

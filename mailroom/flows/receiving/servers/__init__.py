"""The protocols that mail is fetched by, behind one contract."""

"""The window kit: everything visible in Mailroom is made from it. `README.md` beside this file is its manual."""

"""Filter settings: lines, their meaning, and keeping them."""

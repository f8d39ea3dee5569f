"""Case classes (CR206000): the kinds of cases."""

"""Import of mbox, Maildir, .eml files, folders and zips of them, through the same filing as receiving."""

from mailroom.flows.receiving.importing.run import Import, ImportResult, import_paths

__all__ = ["Import", "ImportResult", "import_paths"]

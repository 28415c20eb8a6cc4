"""The page as blocks of text, tables and figures: one file per kind of section, all listed in `registry`."""

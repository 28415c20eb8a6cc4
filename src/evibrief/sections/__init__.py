"""The page as blocks of text, tables and figures: one file for each kind of section, all listed in `registry`."""

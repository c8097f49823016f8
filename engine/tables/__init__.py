"""An answer as a table for the eye: its values as people read them, in columns that fit, as lines, Markdown or HTML; and as a workbook."""

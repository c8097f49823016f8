"""The warehouse file's life: replaced in one step; the star in it, its calendar, its channels, its `meta` tables, its checks on demand."""

"""Data in: the synthetic company, files from elsewhere, and the life of the warehouse file that they go into."""

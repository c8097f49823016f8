"""Models of short texts by their words: lists of words in, weights of words out."""

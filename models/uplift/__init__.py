"""What an action changes, person by person: the outcome that is learnt from, and how well a list sorts by it. Arrays in, plain numbers out."""

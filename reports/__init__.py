"""Pictures and pages made of answers."""

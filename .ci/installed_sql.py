"""Print all that Martlet installs in a warehouse, as the libraries of this environment write it: where two print the same, what they answer is the same too."""

from martlet.engine import install
from martlet.engine.relations import relations

if __name__ == "__main__":
    for relation in (*relations(), *install.relations()):
        print(*relation.creates, *relation.comments, sep="\n")

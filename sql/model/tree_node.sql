/*
doc   = "A node of the trees of a boosted model. From node 0 of each tree, a row goes to left_node where the feature is at most the threshold, else to right_node, and what is not known goes left where missing_left; the values of the leaves that it comes to are summed, with the constant, to the log odds, or the amount."
grain = ["model", "tree", "node"]

[columns]
model = "Name of the fit and of the model, as in model.registry."
tree = "Number of the tree, from 1; tree 0 is the constant, a leaf."
node = "Number of the node in its tree, from 0."
feature = "Column of the features that is asked about. NULL for a leaf."
level = "The word that is asked for: the value is 1 where the feature is it, else 0. NULL for numbers and leaves."
threshold = "Rows at or below it go left. NULL for a leaf."
left_node = "Node to the left. NULL for a leaf."
right_node = "Node to the right. NULL for a leaf."
missing_left = "Whether what is not known goes left. NULL for a leaf."
value = "What a leaf adds. NULL for an inner node."
*/
CREATE TABLE model.tree_node (
    model VARCHAR NOT NULL REFERENCES model.registry (model),
    tree INTEGER NOT NULL,
    node INTEGER NOT NULL,
    feature VARCHAR,
    level VARCHAR,
    threshold DOUBLE,
    left_node INTEGER,
    right_node INTEGER,
    missing_left BOOLEAN,
    value DOUBLE,
    PRIMARY KEY (model, tree, node)
)

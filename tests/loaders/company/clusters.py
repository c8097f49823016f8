"""Clusters of customers, and how well they agree with what was planted."""

import numpy as np
from scipy.cluster.vq import kmeans2


def k_means(values: np.ndarray, count: int, starts: int = 10) -> np.ndarray:
    """Return the clusters of the best of several starts (k-means++), with all columns standardised."""
    scaled = (values - values.mean(axis=0)) / values.std(axis=0)
    runs = [
        kmeans2(scaled, count, minit="++", rng=np.random.default_rng(seed), iter=60) for seed in range(starts)
    ]
    inside = [((scaled - centres[labels]) ** 2).sum() for centres, labels in runs]
    return runs[int(np.argmin(inside))][1]


def adjusted_rand(one: np.ndarray, other: np.ndarray) -> float:
    """Return the adjusted Rand index of two partitions (Hubert and Arabie, 1985)."""
    table = np.zeros((one.max() + 1, other.max() + 1))
    np.add.at(table, (one, other), 1)

    def pairs(counts: np.ndarray) -> float:
        return float((counts * (counts - 1) / 2).sum())

    rows, columns, total = pairs(table.sum(axis=1)), pairs(table.sum(axis=0)), pairs(np.array([one.size]))
    expected = rows * columns / total
    return (pairs(table) - expected) / ((rows + columns) / 2 - expected)

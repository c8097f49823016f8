"""Poisson regression with a logarithmic link, as textbooks have it, with standard errors that hold where counts vary more than by chance."""

import numpy as np


def poisson_regression(design: np.ndarray, counts: np.ndarray, offset: np.ndarray):
    """Return the coefficients by iteratively reweighted least squares, and their covariance by the sandwich of White (1980)."""
    beta = np.zeros(design.shape[1])
    for _ in range(60):
        mean = np.exp(np.clip(design @ beta + offset, -30, 30))
        bread = np.linalg.inv(design.T @ (design * mean[:, None]))
        step = bread @ (design.T @ (counts - mean))
        beta += step
        if np.abs(step).max() < 1e-9:
            break
    mean = np.exp(design @ beta + offset)
    meat = design * (counts - mean)[:, None]
    small = counts.size / (counts.size - design.shape[1])
    return beta, bread @ (meat.T @ meat) @ bread * small


def dummies(values, base=None):
    """Return a column of zeros and ones for each value but `base`, and the values."""
    levels = sorted(set(values))
    levels = [level for level in levels if level != base]
    return np.array([[value == level for level in levels] for value in values], dtype=float), levels


def wald(beta, covariance, planted):
    """Return the squared distance of coefficients from what was planted, chi-square with as many degrees."""
    off = np.asarray(beta) - np.asarray(planted)
    return float(off @ np.linalg.solve(covariance, off))

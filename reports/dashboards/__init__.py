"""Dashboards: linked pages of figures and pictures, made of templates, with filters that work without a network."""

from martlet.reports.dashboards.making import Dashboard, dashboard

__all__ = ["Dashboard", "dashboard"]

"""Fits put into a star in memory."""


def put(star, name="clv", *, as_of="2025-01-01", converged=True, load_id=0, **fitted):
    """Give the star models with these parameters, by name; call it after `fill`, which takes it back when it is emptied."""
    for model, parameters in fitted.items():
        star.connection.execute(
            "INSERT INTO model.registry (model, task, fitted_at, as_of, load_id, rows, log_likelihood, converged) "
            "VALUES ($model, 'clv', '2025-01-01', $as_of, $load_id, 1, -1, $converged)",
            {"model": f"{name}.{model}", "as_of": as_of, "load_id": load_id, "converged": converged},
        )
        for parameter, value in parameters.items():
            star.connection.execute(
                "INSERT INTO model.parameter (model, name, value) VALUES ($model, $name, $value)",
                {"model": f"{name}.{model}", "name": parameter, "value": value},
            )

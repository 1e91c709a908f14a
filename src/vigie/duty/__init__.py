"""Rotas: who is on duty at t, and the escalation engine."""

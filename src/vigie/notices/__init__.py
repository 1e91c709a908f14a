"""Editorial: composing, approving, publishing and correcting what is told outside."""

-- One account of the farm, new or brought up to date; SQLite and PostgreSQL understand the same words.
INSERT INTO experiments_farmaccount
    (cluster, username, experiment_id, person_name, mail, language, active, ended_at)
VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
ON CONFLICT (cluster, username) DO UPDATE SET
    experiment_id = excluded.experiment_id, person_name = excluded.person_name, mail = excluded.mail,
    language = excluded.language, active = excluded.active, ended_at = excluded.ended_at

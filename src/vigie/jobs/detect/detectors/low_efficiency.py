"""Far too little CPU time for the cores it holds."""

from vigie.jobs.detect.detector import Detector, Number, Threshold, Unit, Words

DETECTOR = Detector(
    name="low-efficiency",
    title=Words("Low CPU efficiency", "Efficacité CPU faible"),
    about=Words(
        "The job holds its cores and leaves them idle: it waits for data, sleeps, or hangs.",
        "Le job occupe ses cœurs et les laisse inactifs : il attend des données, dort ou est bloqué.",
    ),
    formula="CPU < efficiency × (elapsed − staging − outages) × cores",
    example=Words(
        "8 cores for 10 hours and 4 hours of CPU: 5%, 76 core-hours lost.",
        "8 cœurs pendant 10 heures et 4 heures de CPU : 5 %, 76 heures-cœur perdues.",
    ),
    thresholds=(
        Threshold(
            "efficiency",
            0.20,
            Unit.SHARE,
            Words("flagged below this efficiency", "signalé sous cette efficacité"),
            Words(
                "reportseff shows a CPU efficiency below 20% in red",
                "reportseff montre en rouge une efficacité CPU sous 20 %",
            ),
        ),
    ),
    when="cpu_s < {efficiency} * judged_s * cores",
    why=Words(
        "used {cpu} of CPU in {elapsed} on {cores}: an efficiency of {efficiency}",
        "a utilisé {cpu} de CPU en {elapsed} sur {cores}\u00a0: une efficacité de {efficiency}",
    ),
    numbers={
        "cpu": Number("cpu_s", Unit.SECONDS),
        "elapsed": Number("elapsed_s", Unit.SECONDS),
        "cores": Number("cores", Unit.CORES),
        "efficiency": Number("cpu_s / (elapsed_s * cores)", Unit.SHARE),
    },
)

"""The catalogue of services, in words that a user of the centre understands."""

from typing import ClassVar

from django.db import models


class Service(models.Model):
    """A line of the catalogue. `plain_*` says what it is for, without a product name."""

    code = models.SlugField(unique=True)
    name_fr = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    plain_fr = models.CharField(max_length=200)
    plain_en = models.CharField(max_length=200)
    rank = models.PositiveIntegerField(default=100)
    active = models.BooleanField(default=True)
    depends_on: models.ManyToManyField["Service", "Dependency"] = models.ManyToManyField(
        "self", symmetrical=False, through="Dependency", related_name="needed_by"
    )

    class Meta:
        ordering: ClassVar = ["rank", "code"]

    def __str__(self) -> str:
        return self.code

    def name(self, language: str) -> str:
        return self.name_fr if language == "fr" else self.name_en

    def plain(self, language: str) -> str:
        return self.plain_fr if language == "fr" else self.plain_en


class Dependency(models.Model):
    """`service` can't work without `needs`."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needs")
    needs = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="needed_for")

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["service", "needs"], name="one_dependency_each"),
            models.CheckConstraint(condition=~models.Q(service=models.F("needs")), name="not_of_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.service} needs {self.needs}"


class AlarmName(models.Model):
    """What monitoring calls a service: a label value or a host name, matched whole, case aside."""

    service = models.ForeignKey(Service, on_delete=models.CASCADE, related_name="alarm_names")
    name = models.CharField(max_length=200, unique=True)

    def __str__(self) -> str:
        return self.name

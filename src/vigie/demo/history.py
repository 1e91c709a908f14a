"""What happened at Valmorin in the last months, told as stories; `actions.py` plays them with the desk's own verbs."""

from vigie.demo.story import (
    Add,
    Ask,
    Change,
    Correct,
    End,
    FalseAlarm,
    HandOver,
    Log,
    Reopen,
    Restore,
    Review,
    Story,
    Tell,
)

DAY = 24 * 60

PAST: tuple[Story, ...] = (
    Story(
        days_ago=138,
        at="13:05",
        services={"disk": "down"},
        declared=2,
        alarm="dCache doors do not answer",
        words={
            "fr": "Deux alimentations électriques d’une baie de disques ont lâché l’une après l’autre.",
            "en": "Two power supplies of a disk rack failed one after the other.",
        },
        steps=(
            Log(
                4, "Baie r07 éteinte : les deux alimentations sont mortes. La pièce de rechange est en salle."
            ),
            Tell(6, 25),
            Ask(
                12,
                "Les fichiers écrits ce midi sont-ils perdus ?",
                "Non : le journal sera rejoué au redémarrage.",
            ),
            Tell(
                29,
                30,
                {
                    "fr": "L’alimentation est remplacée ; les disques sont vérifiés un par un avant de rouvrir.",
                    "en": "The power supply is replaced; the disks are checked one by one before we reopen.",
                },
            ),
            Log(51, "31 serveurs de disques sur 34 revenus, vérification des trois derniers."),
            Tell(57, 40),
            Restore(84, "disk"),
            End(88),
            Tell(92),
            Review(
                3 * DAY,
                "Les deux alimentations étaient du même lot et avaient sept ans. Tout le lot est remplacé ; une alimentation"
                " de chaque baie est désormais sur l’onduleur B.",
                "Both power supplies were of one batch and seven years old. The whole batch is replaced; one supply of each"
                " rack is now on UPS B.",
            ),
        ),
    ),
    Story(
        days_ago=112,
        at="08:40",
        services={"network": "degraded"},
        declared=6,
        words={
            "fr": "Un chantier a coupé une des deux fibres qui relient le centre au reste du monde.",
            "en": "Roadworks cut one of the two fibres that join the centre to the world.",
        },
        steps=(
            Log(8, "Fibre nord coupée, tout passe par la fibre sud : débit divisé par quatre."),
            Tell(10, 30),
            Add(22, "transfers", "down"),
            Log(25, "File d’attente des transferts arrêtée pour garder la bande passante aux connexions."),
            Tell(38, 60),
            Change(70, "network", back_in=240),
            Ask(
                75,
                "Peut-on annoncer une heure de retour ?",
                "L’opérateur soude cet après-midi, pas avant 14 h.",
                9,
            ),
            Tell(131, 150),  # promised for an hour after the last: broken
            Log(262, "Soudure terminée, mesures en cours."),
            Tell(268, 75),
            Restore(301, "network"),
            Restore(325, "transfers"),
            End(330),
            Tell(334),
            Review(
                4 * DAY,
                "La coupure était hors du centre. Une mise à jour est partie en retard : la personne du suivi était au"
                " téléphone avec l’opérateur. Pour une coupure longue, l’adjoint du Support écrit désormais les mises à jour.",
                "The cut was outside the centre. One update left late: the follower was on the phone with the operator. In a"
                " long outage Support’s backup now writes the updates.",
            ),
        ),
    ),
    Story(
        days_ago=87,
        at="03:10",
        services={"accounts": "down"},
        declared=9,
        alarm="LDAP: no reply for 5 min",
        words={
            "fr": "Personne ne peut se connecter ; ce qui tourne déjà continue.",
            "en": "Nobody can log in; what runs already goes on.",
        },
        steps=(
            Log(12, "Le serveur principal des comptes refuse les connexions : disque plein (journaux)."),
            Tell(21, 30),  # later than the five minutes of the plan
            Log(24, "Journaux compressés, service relancé sur les deux serveurs."),
            Restore(29, "accounts"),
            End(31),
            Tell(36),
            Review(
                2 * DAY,
                "Un module trop bavard a rempli le disque en une nuit. Les journaux ont leur propre disque et une alarme à 80 %.",
                "A talkative module filled the disk in one night. Logs have a disk of their own and an alarm at 80%.",
            ),
        ),
    ),
    Story(
        days_ago=69,
        at="15:20",
        services={"tape": "down"},
        declared=5,
        alarm="Tape robot 1: arm stopped",
        back_in=300,
        words={
            "fr": "Le bras du robot qui va chercher les bandes est bloqué. Les fichiers présents sur disque restent lisibles.",
            "en": "The arm of the robot that fetches the tapes is stuck. Files on disk can still be read.",
        },
        steps=(
            Tell(9, 60),
            Log(30, "Bras bloqué à l’étage 4, une bande est tombée au fond. Le fabricant est appelé."),
            Tell(66, 120),
            Ask(
                90,
                "Faut-il prévenir Borée, qui relit son archive cette semaine ?",
                "Oui, rien ne sera relu avant demain.",
            ),
            Tell(180, 720),
            Change(185, "tape", back_in=1260),
            HandOver(300, "contact"),
            HandOver(310, "follower"),
            Tell(890, 300),
            Log(1150, "Technicien sur place, moteur changé, étalonnage en cours."),
            Tell(1180, 240),
            Change(1300, "tape", effect="degraded"),
            Log(1302, "Un bras sur deux : lectures possibles, deux fois plus lentes."),
            Tell(1310, 240),
            Restore(1490, "tape"),
            End(1495),
            Tell(1500),
            Review(
                5 * DAY,
                "Le moteur du bras était usé au-delà de ce que le contrôle annuel mesure. Le contrôle devient trimestriel ; un"
                " moteur de rechange est sur place.",
                "The arm’s motor was worn beyond what the yearly check measures. The check becomes quarterly; a spare motor is"
                " on site.",
            ),
        ),
    ),
    Story(
        days_ago=51,
        at="10:15",
        services={"home": "degraded"},
        declared=3,
        alarm="nfs02: response time above 20 s",
        steps=(
            Tell(7, 30),
            Log(11, "nfs02 répond normalement depuis trois machines différentes."),
            Ask(
                13,
                "Des utilisateurs se plaignent-ils ? Nous n’avons aucun ticket.",
                "Non. C’est la sonde qui est malade.",
            ),
            FalseAlarm(18, "la machine de surveillance avait une carte réseau en panne"),
            Tell(22),
        ),
    ),
    Story(
        days_ago=34,
        at="17:45",
        services={"farm": "down", "gpu": "down"},
        declared=7,
        words={
            "fr": "Le programme qui répartit les jobs s’est arrêté. Aucun nouveau job ne démarre.",
            "en": "The program that hands out jobs has stopped. No new job starts.",
        },
        steps=(
            Tell(12, 30),
            Log(20, "slurmctld redémarre puis s’arrête : une réservation abîmée dans l’état enregistré."),
            Tell(38, 45),
            Log(61, "État réparé à la main sur une copie, essai concluant."),
            Restore(72, "farm"),
            Tell(76, 60),
            Restore(95, "gpu"),
            End(98),
            Tell(101),
            Reopen(160, ("gpu",), "les machines GPU n’acceptent plus de jobs de plus d’une heure"),
            Tell(166, 45),
            Log(190, "La limite de la partition GPU avait été remise à sa valeur d’usine."),
            Restore(198, "gpu"),
            End(200),
            Tell(206),
            Review(
                4 * DAY,
                "Une réservation mal écrite a arrêté le programme. Après la réparation, une limite de la partition GPU n’a pas été"
                " vérifiée : la liste de contrôle du redémarrage la contient maintenant.",
                "A badly written reservation stopped the program. After the repair one limit of the GPU partition was not"
                " checked: the restart checklist now has it.",
            ),
        ),
    ),
    Story(
        days_ago=16,
        at="11:30",
        services={"databases": "down"},
        declared=4,
        alarm="pgsql-main: primary unreachable",
        words={
            "fr": "Le serveur principal des bases de données est tombé ; son double prend la suite.",
            "en": "The main database server is down; its twin takes over.",
        },
        steps=(
            Tell(8, 30, bounces=True),
            Add(15, "code", "down"),
            Log(19, "Bascule faite, mais le double avait douze minutes de retard."),
            Ask(
                24,
                "Que dit-on aux expériences sur ces douze minutes ?",
                "Ce qui a été écrit entre 11 h 18 et 11 h 30 est perdu.",
            ),
            Tell(33, 40),
            Correct(
                41,
                "les dépôts de code n’ont rien perdu",
                {
                    "fr": "Seules les bases de Halcyon et de Séquoia sont touchées. Les dépôts de code n’ont rien perdu.",
                    "en": "Only the databases of Halcyon and Séquoia are hit. Code repositories lost nothing.",
                },
            ),
            Restore(52, "databases"),
            Restore(58, "code"),
            End(60, data_lost="yes"),
            Tell(
                66,
                words={
                    "fr": "Ce qui a été écrit dans les bases entre 11 h 18 et 11 h 30 est perdu. Recommencez ces écritures.",
                    "en": "What was written to the databases between 11:18 and 11:30 is lost. Please write it again.",
                },
            ),
            Review(
                4 * DAY,
                "Le double était en retard sans que rien ne le dise. Une alarme sonne maintenant au-delà de trente secondes de"
                " retard, et la bascule le vérifie d’abord.",
                "The twin was behind and nothing said so. An alarm now rings beyond thirty seconds, and the switch checks it"
                " first.",
            ),
        ),
    ),
    Story(
        days_ago=3,
        at="14:10",
        services={"notebooks": "degraded"},
        declared=8,
        words={
            "fr": "Un carnet sur trois ne démarre pas.",
            "en": "One notebook in three does not start.",
        },
        steps=(
            Tell(12, 45),
            Log(31, "Deux nœuds sur six ont une image périmée ; ils sont retirés le temps de la refaire."),
            Tell(54, 60),
            Restore(79, "notebooks"),
            End(82),
            Tell(85),
        ),
    ),
)

# What is going on when somebody looks: `days_ago` and `at` are ignored, it began half an hour before.
NOW: tuple[Story, ...] = (
    Story(
        days_ago=0,
        at="",
        services={"disk": "down"},
        declared=2,
        alarm="dCache doors do not answer",
        words={
            "fr": "Les portes d’accès au stockage ne répondent plus. Les jobs qui lisent des fichiers attendent.",
            "en": "The doors of the storage no longer answer. Jobs that read files are waiting.",
        },
        steps=(
            Log(4, "dcache-door01 et door02 injoignables, les serveurs de disques vont bien."),
            Tell(6, 24),
            Add(9, "farm", "at_risk"),
            Log(15, "Alimentation 2 de la baie r07 remplacée, vérification en cours."),
            Ask(19, "Les fichiers écrits depuis midi sont-ils saufs ?"),
        ),
    ),
    Story(
        days_ago=0,
        at="",
        services={"transfers": "down"},
        declared=3,
        alarm="fts01: no transfer for 15 min",
        words={
            "fr": "Aucune copie ne part vers les autres sites ni n’en arrive.",
            "en": "No copy leaves for other sites or arrives from them.",
        },
        steps=(
            Log(5, "Certificat du service périmé depuis ce matin ; demande de renouvellement envoyée."),
            Tell(7, 23),
            Add(10, "grid", "at_risk"),
            Log(16, "Nouveau certificat reçu, installation sur le premier serveur."),
            Ask(20, "Les copies en attente repartiront-elles d’elles-mêmes ?"),
        ),
    ),
)

# How one that nobody cared for while the demo slept came to its end.
EPILOGUE: tuple[Log | End | Tell | Review, ...] = (
    Log(3, "Tout répond de nouveau, surveillance pendant un quart d’heure."),
    End(18),
    Tell(22),
    Review(
        30,
        "Une pièce usée. Elle est changée, et sa voisine avec.",
        "A worn part. It is replaced, and its neighbour too.",
    ),
)

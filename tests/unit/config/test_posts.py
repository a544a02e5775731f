"""Posts as people in office and citizens write them, all invented: which ones speak of a public matter."""

import pytest

from config.reading import reader_by
from config.topics import load

SPEAK = {
    "Filed a bill today to cap the price of insulin. No one should ration their medicine.": "health",
    "Our rural hospital is closing its maternity ward. The nearest one is an hour away.": "health",
    "Teachers in this district spend their own money on classroom supplies. Pay them.": "education",
    "Tuition at state universities went up again. We voted to freeze it for two years.": "education",
    "The new rules on clean water are the strongest this state ever had #waterquality": "environment",
    "Solar power now employs more people here than coal does.": "environment",
    "The bridge on Route 9 needs repair before winter, DOT says funding is there.": "transport",
    "Bus lines cut on Sundays: how are people supposed to get to work?": "transport",
    "Rents are up 20% in two years. It is time for more affordable housing.": "housing",
    "Minimum wage goes up on January 1. Small businesses get a tax credit.": "economy",
    "Unemployment in the county fell to 3.9 % last month.": "economy",
    "Dairy farmers need a fair milk price, so we wrote to the USDA.": "agriculture",
    "Two more officers for the police station at Elm Street, from the crime prevention grant.": "security",
    "Broadband for every village: the last mile is funded.": "digital",
    "We stand with Ukraine. Sanctions must hold.": "international",
    "Plus un seul médecin généraliste dans notre canton, 6 mois d'attente chez le dentiste.": "health",
    "Fermeture de classe à l'école des Tilleuls : parents et enseignants mobilisés.": "education",
    "Stop au chalutage en eaux profondes, protégeons la biodiversité marine !": "environment",
    "Encore une heure de retard sur la ligne B du RER, sans un mot d'explication.": "transport",
    "Il manque 400 logements sociaux dans la commune, la mairie paie l'amende.": "housing",
    "Baisse des impôts de production : nos PME attendent depuis deux ans.": "economy",
    "Les agriculteurs bloquent la rocade contre l'accord sur le lait.": "agriculture",
    "Des caméras de vidéoprotection et dix policiers municipaux de plus.": "security",
    "La médiathèque sera ouverte le dimanche et le théâtre gratuit pour les jeunes.": "culture_sport",
    "La fibre n'arrive toujours pas dans les hameaux, et le mobile non plus.": "digital",
    "Le Parlement européen vote demain sur l'élargissement de l'Union européenne.": "international",
    "Les minima sociaux ne suivent pas l'inflation, les files de l'aide alimentaire s'allongent.": "social",
}
SILENT = (
    "Thank you all for a great turnout tonight in Millbrook!",
    "Happy 4th of July from my family to yours.",
    "Great morning knocking doors with volunteers in the north end. Ten days to go!",
    "Proud to be endorsed by so many neighbors. Let us win this.",
    "Congratulations to the Tigers on a perfect season!",
    "Our thoughts are with everyone affected tonight.",
    "Tune in at 7, I will be on the radio with Pat Merrow.",
    "Wonderful to see so many friends at the Greenfield picnic.",
    "He lied again. And again. Enough.",
    "Their leader says one thing on Monday and the opposite on Tuesday.",
    "My statement on last night's remarks: link below",
    "Lovely afternoon with the students of Lincoln Elementary who came to visit.",
    "We won! Thank you, thank you, thank you.",
    "Just landed, what a trip. See you tomorrow at the fair!",
    "RT if you agree: this is not who we are.",
    "Do not forget to set your clocks back this weekend.",
    "Such a moving memorial service for our friend Dana.",
    "Read my op-ed in today's Courier.",
    "Bonne année à toutes et à tous !",
    "Merci aux très nombreux présents ce soir à Vilbourg, quelle ambiance.",
    "Belle matinée sur le marché de Saint-Aubin avec les militants.",
    "Retrouvez-moi demain à 8 h 15 sur Radio Vallon.",
    "Ils mentent, ils le savent, et ils continuent.",
    "Toutes mes pensées vont aux proches de Camille Dorval, qui nous a quittés.",
    "Heureux d'avoir échangé avec vous toutes et tous hier.",
    "Mon discours d'hier en vidéo.",
    "Votez pour la liste Vilbourg demain dimanche !",
    "Photo souvenir de notre visite à la caserne, merci pour l'accueil.",
    "On ne lâche rien.",
    "Superbes vacances en Bretagne, retour au travail lundi.",
)


READER = reader_by(load())


@pytest.mark.parametrize(("text", "topic"), SPEAK.items())
def test_what_speaks_of_a_public_matter_is_known_by_it(text: str, topic: str) -> None:
    assert next(READER.read([text])).topics[:1] == (topic,)


@pytest.mark.parametrize("text", SILENT)
def test_everyday_posts_speak_of_nothing(text: str) -> None:
    assert next(READER.read([text])).topics == ()

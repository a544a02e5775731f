"""Where people speak of themselves, in many words: nothing of it is read, and public talk still is."""

import pytest

from config.never import never

THEMSELVES = """
J'ai été diagnostiqué d'un cancer
Je souffre de dépression
Mon fils est handicapé
Je suis séropositive
J'ai perdu mon emploi et je suis au RSA
Je n'ai plus de quoi manger à la fin du mois
Je dors dans ma voiture
Je vis sous le seuil de pauvreté
Je suis en situation de précarité
J'ai voté Durandeau au premier tour
Je voterai Durandeau
Je suis adhérent LR
Je suis encarté au PS
Je suis sympathisant du Rassemblement national
Ma famille vient du Maroc
Je suis d'origine algérienne
Je suis arabe
Je suis catholique et je vais à la messe
Je vais à la mosquée tous les vendredis
Je suis lesbienne
Je suis une femme trans
J'ai fait deux ans de prison
J'ai un casier
J'ai 14 ans
Je suis mineur
Je suis au collège
Je suis élève de troisième
Ma fille de 6 ans a de l'asthme
Ma mère est atteinte d'Alzheimer
Mon père est mort d'un cancer
J'ai fait une tentative de suicide
je suis en dépression
J'ai un handicap invisible
Je suis en fauteuil roulant
J'ai subi une IVG
Je suis sous antidépresseurs
Je prends des antidépresseurs
Je suis suivie par un psychiatre
Je suis dépendant à l'alcool
Je suis accro au cannabis
Nous ne mangeons pas à notre faim
On n'arrive plus à boucler les fins de mois
Je vis avec 600 euros par mois
Je suis allocataire du RSA
je suis bénéficiaire du RSA
Je suis délégué syndical
Je suis adhérente à la CFDT
Je suis membre d'un syndicat
J'ai été mis en examen
J'ai été condamnée à du sursis
mon frère est en prison
Je suis fiché S
Je suis croyant
Je suis témoin de Jéhovah
Je me suis convertie à l'islam
Je porte le hijab
Je mange halal
Je suis kabyle
Je suis sans papiers
J'attends mes papiers depuis trois ans
Je suis demandeur d'asile
Mon mari et moi sommes séropositifs
Mon épouse a la sclérose en plaques
moi qui suis diabétique
Etant handicapé, je ne peux pas prendre le bus
Comme diabétique, je dépends de la pharmacie
Le cancer de ma mère a été mal soigné
Suite à mon AVC, je ne conduis plus
À cause de ma maladie, je dois aller loin
Avec mon handicap, impossible de monter dans le bus
Depuis mon cancer, l'hôpital est ma deuxième maison
je galère à payer mon loyer
Je ne peux pas payer mon loyer
Je suis interdit bancaire
je suis une mère célibataire au chômage
Je suis de gauche
Je suis plutôt à droite
Je suis communiste
Je milite à LFI
Je vote blanc
J'ai toujours voté socialiste
Mon vote ira aux Verts
I have diabetes
I suffer from depression
I'm HIV-positive
my daughter has Down syndrome
I live below the poverty line
I'm struggling to pay my bills
I'm behind on my rent
I lost my job and now I'm on unemployment
I voted for Durandeau
I'm voting Democrat
I'm a lifelong Republican
I'm Catholic
I'm an atheist
I'm Latina
My parents immigrated from Mexico
I'm undocumented
I'm bisexual
I'm transgender
I'm a member of the teachers union
I'm a Teamster
I got a DUI last year
I did time
I'm 16 years old
I'm a high school freshman
As a trans woman, I feel unsafe on the bus
As a cancer survivor, I know hospitals
As the mother of an autistic child, I need schools
I have been sober for five years
My mom died of cancer
My brother overdosed
I need insulin to live
I was diagnosed with MS
I have a disability and the bus is not accessible
I use a wheelchair
I'm in a wheelchair
I am deaf
My husband is a veteran with PTSD
I take antidepressants
I'm on antidepressants
I had a miscarriage
I'm pregnant
We're expecting a baby
I'm on SSI
I rely on food stamps
I rely on Medicaid
I can't afford groceries
I can't pay my rent
We can't pay the rent
We live paycheck to paycheck
I've been homeless
I sleep in my car
I'm bankrupt
I'm a Christian
I'm a practicing Muslim
I go to mass
I attend church
We are Jewish
I wear a hijab
I'm of Nigerian descent
I'm an immigrant from Haiti
I am African American
I'm mixed race
I have a criminal record
I've been convicted of a felony
I was arrested
My son is in jail
I'm on probation
I'm gay and married
My wife and I are lesbians
my boyfriend is trans
I'm a conservative
I'm a proud Democrat
I'm left-wing
I always vote Labour
I will never vote Tory
I donated to the Democrats
I'm a union rep
I'm on strike
I'm striking
I'm in 8th grade
I'm a teenager
my 12 year old son is bullied
my son is 9
Living with HIV, I need this hospital
With my disability I cannot take the bus
Because of my depression I lost my home
After my stroke I could not drive
Since my cancer diagnosis the hospital is my home
My chemo starts Monday
My autistic son needs a school
Mon fils autiste a besoin d'une école
Ma fille trisomique est sans école
Our disabled daughter has no school bus
My elderly mother has dementia
"""
PUBLIC = """
Je suis pour la construction d'un nouvel hôpital
J'ai peur que l'école ferme
Je suis agriculteur et je souffre de la sécheresse
Je suis retraité et les bus manquent
J'ai un potager et du compost
Nous avons un collège neuf
Mon quartier manque de médecins
Ma commune a perdu son médecin
Mes impôts augmentent
Mon loyer augmente tous les ans
Je prends le train tous les jours
Je suis étudiante en droit
Je vis à la campagne et la fibre n'arrive pas
Je fais du vélo
J'ai acheté une voiture électrique
Nous sommes inquiets pour l'eau
Je travaille à l'hôpital
Je suis enseignant au collège
Je suis bénévole à la bibliothèque
J'habite près de la gare
on manque de places en crèche
Mes enfants vont à l'école publique
Ma mère vit en EHPAD et ils manquent de personnel
Mon père est agriculteur
Je demande plus de policiers
Je suis choqué par la fermeture de la maternité
Je ne comprends pas ce projet de loi
J'ai signé la pétition pour l'hôpital
J'ai 45 ans et je prends le bus
Je veux une ville plus verte
Je suis fier de notre club de foot
Il faut construire des logements
Je suis d'accord avec le maire
Merci pour votre travail sur les transports
I am for a new hospital
I am afraid the school will close
I'm a farmer and the drought is bad
I'm retired and need a bus
I have a garden
We have a new school
My town needs doctors
My taxes keep rising
My rent went up again
I take the train every day
I'm a law student
I live in the country and broadband is slow
I ride a bike
I bought an electric car
I work at the hospital
I'm a nurse and we are short of staff
I live near the station
My kids go to public school
My mother lives in a nursing home
My father is a farmer
I want more police
I'm shocked by the closure of the maternity ward
I signed the petition for the hospital
I'm 45 and take the bus
I want a greener city
I'm proud of our football club
I agree with the mayor
I've been waiting for the bus for an hour
I think we need a minimum wage increase
I am against the new highway
We need to protect our democracy
I voted today to fund our schools
I sponsored a bill on opioid treatment
I met with union leaders about the plant
We must address homelessness
I will fight for affordable insulin
Today I introduced legislation to protect voting rights
I was honored to visit the mosque
I stand with our immigrant communities
We honor those who died of COVID
I joined my colleagues to condemn antisemitism
I'm proud to support the LGBTQ community
I am running for state senate
Our hospitals are full
Our schools are underfunded
Our church bells ring
We have a housing crisis
We are losing doctors
Rénovez l'église de mon village
I am on the board of the church council
We can't afford to wait for a new hospital
my locker
"""


@pytest.mark.parametrize("text", THEMSELVES.strip().splitlines())
def test_a_statement_is_personal(text: str) -> None:
    assert never().is_personal(text)


@pytest.mark.parametrize("text", PUBLIC.strip().splitlines())
def test_public_talk_is_not(text: str) -> None:
    assert not never().is_personal(text)

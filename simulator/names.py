"""Invented names: no person, firm or place of this list exists."""

from typing import NamedTuple

BERLIN = "Europe/Berlin"
LISBON = "Europe/Lisbon"


class Person(NamedTuple):
    """A member of the company: team, kind of target, calendar and what is special."""

    name: str
    team: int | None
    hours: str
    state: str = "Bavaria"
    zone: str = BERLIN
    special: str = ""


TEAMS = ("Steeping", "Glazing", "Ovens", "Counting House")

PEOPLE = (
    Person("Mira Tannhaus", 3, "full", special="owner"),
    Person("Jorin Quellmann", 0, "full"),
    Person("Tessaly Brambeck", 0, "full39"),
    Person("Osric Fennimore", 0, "four"),
    Person("Lunja Habersack", 0, "default"),
    Person("Pellegrin Stoff", 0, "changed"),
    Person("Wibke Ostertau", 0, "full", special="joined"),
    Person("Kasimir Rotbirke", 1, "full", "Berlin"),
    Person("Odalys Vermeerten", 1, "default", "Berlin"),
    Person("Thaddea Klinkow", 1, "part", "Berlin"),
    Person("Brannock Ilse", 1, "full", "Berlin", special="moved"),
    Person("Fenja Murrwald", 1, "monthly80", "Berlin"),
    Person("Isidor Paltrow-Zeh", 1, "full", "Berlin", special="left"),
    Person("Catarina Ferroz", 2, "full", "Berlin", LISBON),
    Person("Duarte Nimbelo", 2, "full39", "Berlin", LISBON),
    Person("Ilvana Crestim", 2, "four", "Berlin", LISBON),
    Person("Rurik Sandelholz", 2, "full", special="archived"),
    Person("Amarantha Vogt-Lee", 2, "monthly120"),
    Person("Hedda Zwirnfeld", 2, "overlapping"),
    Person("Lorcan Apfelkamp", 3, "part"),
    Person("Sunniva Gerstel", 3, "full", special="nights"),
    Person("Quirin Blaustetter", 3, "default", special="hourly"),
    Person("Yasemin Torfhaus", 2, "three"),
    Person("Emeric Lodenstein", None, "full", special="exempt"),
    Person("Philippa Dornacher", 1, "full", "Berlin", special="undated"),
)

CUSTOMERS = (
    "Quillbar Teahouse Ltd",
    "Nordlicht Krapfen AG",
    "Ampersand & Söhne Glockenguss",
    "Velvet Turnip Records",
    "Möwenstein Fährgesellschaft",
    "Brackwater Umbrella Works",
    "Papilloni Gelato S.r.l.",
    "Sieben Eulen Verlag",
    "Tumblewick Observatory",
    "Haferkorn & Zimt KG",
    "Lanternfish Diving Club",
    "Drei Kessel Seifensiederei",
    "Gullwing Postal Museum",
    "Ottersdorf Drachenbau GmbH",
)
INTERNAL = "Quarzwerk (internal)"
SAMPLE = "Sample Customer"

PROJECTS = (
    "Winter catalogue",
    "Till software",
    "Bell archive",
    "Vinyl sleeve shop",
    "Timetable app",
    "Handle prototypes",
    "Flavour explorer",
    "Spring list",
    "Star map kiosk",
    "Spice counter",
    "Member portal",
    "Soap label press",
    "Stamp finder",
    "Kite configurator",
    "Tea almanac",
    "Bakery intranet",
    "Foundry website",
    "Concert diary",
    "Harbour signs",
    "Umbrella rental",
    "Cone scheduler",
    "Author evenings",
    "Dome booking",
    "Pantry planner",
    "Wreck register",
    "Scent quiz",
    "Parcel exhibition",
    "Tail wind report",
    "Brewing course",
    "Krapfen hotline",
    "Carillon care",
    "Label maintenance",
    "Ferry care",
)
SUBPROJECTS = ("Concept", "Build", "Care")

TEXTS = (
    "Kick-off and notes",
    "Sketches, second round",
    "Wireframes",
    "Release preparation",
    "Bug: basket loses the last bun",
    "Bug: clock chimes thirteen",
    "Call with the customer",
    "Review of the texts",
    "Import of old records",
    "Photographs sorted",
    "Colour trials",
    "Workshop, morning",
    "Workshop, afternoon",
    "Server move",
    "Accessibility check",
    "Estimate for the next stage",
    "Proofreading",
    "Search improved",
    'Quotes "as agreed", comma, and; semicolon',
    "Übergabe an die Backstube",
    "Naïve façade — première ébauche ☕",
    "Line one\nline two",
    "<b>Not bold</b> & not markup",
    "Travel to the lighthouse",
)

SERVICES = (
    "Consulting",
    "Design",
    "Development",
    "Editing",
    "Care",
    "Administration",
    "Telegraphy",
)
LUMP_SUM_SERVICES = (
    ("Proof print", 0.42, "sheet"),
    ("Hosting, monthly", 39.9, "month"),
    ("Courier ride", 18.0, "ride"),
    ("Stock photograph", 12.5, None),
)

"""List BibLaTeX's localisation keys for `type`, `pubstate` and a patent's `location`, and the words that styles print.

The keys are those of the BibLaTeX 3.20 manual, section 4.9.2; the words are the usual ones of each language.
"""

from __future__ import annotations

_TYPES = {
    "en": """bathesis=Bachelor's thesis|mathesis=Master's thesis|mastersthesis=Master's thesis|phdthesis=PhD thesis
        candthesis=Candidate thesis|techreport=Technical report|resreport=Research report|software=Computer software
        datacd=Data CD|audiocd=Audio CD
        patent=Patent|patentde=German patent|patenteu=European patent|patentfr=French patent|patentuk=British patent
        patentus=U.S. patent|patreq=Patent request|patreqde=German patent request|patreqeu=European patent request
        patreqfr=French patent request|patrequk=British patent request|patrequs=U.S. patent request""",
    "de": """bathesis=Bachelorarbeit|mathesis=Masterarbeit|mastersthesis=Masterarbeit|phdthesis=Dissertation
        techreport=Technischer Bericht|resreport=Forschungsbericht|software=Computersoftware
        datacd=Daten-CD|audiocd=Audio-CD
        patent=Patent|patentde=Deutsches Patent|patenteu=Europäisches Patent|patentfr=Französisches Patent
        patentuk=Britisches Patent|patentus=US-Patent|patreq=Patentanmeldung|patreqde=Deutsche Patentanmeldung
        patreqeu=Europäische Patentanmeldung|patreqfr=Französische Patentanmeldung
        patrequk=Britische Patentanmeldung|patrequs=US-Patentanmeldung""",
    "fr": """bathesis=Mémoire de licence|mathesis=Mémoire de master|mastersthesis=Mémoire de master
        phdthesis=Thèse de doctorat|techreport=Rapport technique|resreport=Rapport de recherche|software=Logiciel
        datacd=CD de données|audiocd=CD audio
        patent=Brevet|patentde=Brevet allemand|patenteu=Brevet européen|patentfr=Brevet français
        patentuk=Brevet britannique|patentus=Brevet américain|patreq=Demande de brevet
        patreqde=Demande de brevet allemand|patreqeu=Demande de brevet européen|patreqfr=Demande de brevet français
        patrequk=Demande de brevet britannique|patrequs=Demande de brevet américain""",
    "es": """bathesis=Tesis de licenciatura|mathesis=Tesis de máster|mastersthesis=Tesis de máster
        phdthesis=Tesis doctoral|techreport=Informe técnico|resreport=Informe de investigación|software=Software
        datacd=CD de datos|audiocd=CD de audio
        patent=Patente|patentde=Patente alemana|patenteu=Patente europea|patentfr=Patente francesa
        patentuk=Patente británica|patentus=Patente estadounidense|patreq=Solicitud de patente
        patreqde=Solicitud de patente alemana|patreqeu=Solicitud de patente europea
        patreqfr=Solicitud de patente francesa|patrequk=Solicitud de patente británica
        patrequs=Solicitud de patente estadounidense""",
    "it": """bathesis=Tesi di laurea|mathesis=Tesi magistrale|mastersthesis=Tesi magistrale
        phdthesis=Tesi di dottorato|techreport=Rapporto tecnico|resreport=Rapporto di ricerca|software=Software
        datacd=CD di dati|audiocd=CD audio
        patent=Brevetto|patentde=Brevetto tedesco|patenteu=Brevetto europeo|patentfr=Brevetto francese
        patentuk=Brevetto britannico|patentus=Brevetto statunitense|patreq=Domanda di brevetto
        patreqde=Domanda di brevetto tedesco|patreqeu=Domanda di brevetto europeo
        patreqfr=Domanda di brevetto francese|patrequk=Domanda di brevetto britannico
        patrequs=Domanda di brevetto statunitense""",
    "nl": """bathesis=Bachelorscriptie|mathesis=Masterscriptie|mastersthesis=Masterscriptie|phdthesis=Proefschrift
        techreport=Technisch rapport|resreport=Onderzoeksrapport|software=Software|datacd=Data-cd|audiocd=Audio-cd
        patent=Octrooi|patentde=Duits octrooi|patenteu=Europees octrooi|patentfr=Frans octrooi
        patentuk=Brits octrooi|patentus=Amerikaans octrooi|patreq=Octrooiaanvraag
        patreqde=Duitse octrooiaanvraag|patreqeu=Europese octrooiaanvraag|patreqfr=Franse octrooiaanvraag
        patrequk=Britse octrooiaanvraag|patrequs=Amerikaanse octrooiaanvraag""",
    "pt": """bathesis=Tese de licenciatura|mathesis=Dissertação de mestrado|mastersthesis=Dissertação de mestrado
        phdthesis=Tese de doutorado|techreport=Relatório técnico|resreport=Relatório de pesquisa|software=Software
        datacd=CD de dados|audiocd=CD de áudio
        patent=Patente|patentde=Patente alemã|patenteu=Patente europeia|patentfr=Patente francesa
        patentuk=Patente britânica|patentus=Patente americana|patreq=Pedido de patente
        patreqde=Pedido de patente alemã|patreqeu=Pedido de patente europeia|patreqfr=Pedido de patente francesa
        patrequk=Pedido de patente britânica|patrequs=Pedido de patente americana""",
}
_COUNTRIES = {
    "en": "countryde=Germany|countryeu=European Union|countryep=European Union|countryfr=France|"
    "countryuk=United Kingdom|countryus=United States of America",
    "de": "countryde=Deutschland|countryeu=Europäische Union|countryep=Europäische Union|countryfr=Frankreich|"
    "countryuk=Vereinigtes Königreich|countryus=Vereinigte Staaten von Amerika",
    "fr": "countryde=Allemagne|countryeu=Union européenne|countryep=Union européenne|countryfr=France|"
    "countryuk=Royaume-Uni|countryus=États-Unis d’Amérique",
    "es": "countryde=Alemania|countryeu=Unión Europea|countryep=Unión Europea|countryfr=Francia|"
    "countryuk=Reino Unido|countryus=Estados Unidos de América",
    "it": "countryde=Germania|countryeu=Unione Europea|countryep=Unione Europea|countryfr=Francia|"
    "countryuk=Regno Unito|countryus=Stati Uniti d’America",
    "nl": "countryde=Duitsland|countryeu=Europese Unie|countryep=Europese Unie|countryfr=Frankrijk|"
    "countryuk=Verenigd Koninkrijk|countryus=Verenigde Staten van Amerika",
    "pt": "countryde=Alemanha|countryeu=União Europeia|countryep=União Europeia|countryfr=França|"
    "countryuk=Reino Unido|countryus=Estados Unidos da América",
}
_STATES = {
    "en": "inpreparation=in preparation|submitted=submitted|forthcoming=forthcoming|inpress=in press|"
    "prepublished=prepublished",
    "de": "inpreparation=in Vorbereitung|submitted=eingereicht|forthcoming=im Erscheinen|inpress=im Druck|"
    "prepublished=Vorveröffentlichung",
    "fr": "inpreparation=en préparation|submitted=soumis|forthcoming=à paraître|inpress=sous presse|"
    "prepublished=prépublié",
    "es": "inpreparation=en preparación|submitted=enviado|forthcoming=de próxima aparición|inpress=en prensa|"
    "prepublished=prepublicado",
    "it": "inpreparation=in preparazione|submitted=inviato|forthcoming=di prossima pubblicazione|"
    "inpress=in corso di stampa|prepublished=prepubblicato",
    "nl": "inpreparation=in voorbereiding|submitted=ingediend|forthcoming=nog te verschijnen|inpress=ter perse|"
    "prepublished=voorpublicatie",
    "pt": "inpreparation=em preparação|submitted=submetido|forthcoming=a publicar|inpress=no prelo|"
    "prepublished=pré-publicado",
}


def _words(tables: dict[str, str]) -> dict[str, dict[str, str]]:
    pairs = {language: text.replace("\n", "|").split("|") for language, text in tables.items()}
    return {
        language: dict(pair.strip().split("=", 1) for pair in listed if pair.strip())
        for language, listed in pairs.items()
    }


_TYPE_WORDS, _COUNTRY_WORDS, _STATE_WORDS = _words(_TYPES), _words(_COUNTRIES), _words(_STATES)
_KEY_OF_STATE = {word: key for words in _STATE_WORDS.values() for key, word in words.items()}


def type_words(key: str, language: str | None) -> str | None:
    """Return what the value of `type` means, in that language (a BCP 47 tag) or in English; None for what is no key."""
    return _said(_TYPE_WORDS, key, language)


def place_words(places: str, language: str | None) -> str:
    """Return a list of places with the keys of countries in it (of a patent: `countryde and countryus`) in words."""
    return " and ".join([_said(_COUNTRY_WORDS, place, language) or place for place in places.split(" and ")])


def state_words(key: str, language: str | None) -> str | None:
    """Return what the value of `pubstate` means, in that language or in English; None for what is no key."""
    return _said(_STATE_WORDS, key, language)


def state_key(words: str, language: str | None) -> str:
    """Return the key for a state of publication in the words of that language; the words where there is none."""
    key = _KEY_OF_STATE.get(words, words)
    return key if state_words(key, language) == words else words


def _said(words: dict[str, dict[str, str]], key: str, language: str | None) -> str | None:
    own = words.get((language or "").partition("-")[0].lower(), {})
    return own.get(key) or words["en"].get(key)

// What the HTML editor says in languages other than English; it names its own texts.
export const WORDS = {
  nb: {
    "Bold": "Fet", "Italic": "Kursiv", "Underline": "Understreket", "Font family": "Skrift", "Font size": "Skriftstørrelse",
    "Fill color or set the text color": "Farge på tekst eller bakgrunn", "Background": "Bakgrunn", "Text": "Tekst",
    "Insert Unordered List": "Punktliste", "Insert Ordered List": "Nummerert liste", "Default": "Standard",
    "Circle": "Sirkel", "Dot": "Prikk", "Quadrate": "Firkant", "Lower Alpha": "Små bokstaver", "Lower Greek": "Små greske bokstaver",
    "Lower Roman": "Små romertall", "Upper Alpha": "Store bokstaver", "Upper Roman": "Store romertall",
    "Decrease Indent": "Mindre innrykk", "Increase Indent": "Større innrykk", "Align": "Justering", "Align Left": "Venstrejuster",
    "Align Center": "Midtstill", "Align Right": "Høyrejuster", "Align Justify": "Blokkjuster", "center": "midtstill", "left": "venstre",
    "right": "høyre", "justify": "blokk", "Insert link": "Sett inn lenke", "Insert Image": "Sett inn bilde", "Insert table": "Sett inn tabell",
    "Undo": "Angre", "Redo": "Gjør om", "Clear Formatting": "Fjern formatering", "Change mode": "Vis HTML",
    "Class name": "Klassenavn", "Open in new tab": "Åpne i ny fane", "No follow": "Nofollow", "Unlink": "Fjern lenke", "Insert": "Sett inn",
    "Update": "Oppdater", "Upload": "Last opp", "Drop image": "Slipp et bilde her", "Drop file": "Slipp en fil her", "or click": "eller klikk",
    "Alternative text": "Alternativ tekst", "Browse": "Bla gjennom", "Edit": "Rediger", "Delete": "Slett", "Ok": "OK", "Cancel": "Avbryt",
    "Edit link": "Rediger lenke", "Open link": "Åpne lenke", "Image properties": "Bildeegenskaper", "Properties": "Egenskaper",
    "Dimensions": "Størrelse", "Size": "Størrelse", "Width": "Bredde", "Height": "Høyde", "Title": "Tittel", "Image": "Bilde", "Link": "Lenke",
    "Advanced": "Avansert", "Apply": "Bruk", "Insert row": "Sett inn rad", "Insert column": "Sett inn kolonne",
    "Insert row above": "Sett inn rad over", "Insert row below": "Sett inn rad under", "Insert column before": "Sett inn kolonne før",
    "Insert column after": "Sett inn kolonne etter", "Delete row": "Slett rad", "Delete column": "Slett kolonne", "Delete table": "Slett tabell",
    "Empty cell": "Tøm celle", "Merge": "Slå sammen", "Split": "Del", "Vertical align": "Loddrett justering", "Top": "Øverst", "Middle": "Midten",
    "Bottom": "Nederst", "Bin": "Slett", "Cut": "Klipp ut", "Copy": "Kopier", "Paste": "Lim inn",
  },
};

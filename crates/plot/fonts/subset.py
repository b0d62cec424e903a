"""Makes the three small fonts of this folder from Inter and DejaVu Sans (see README.md).

usage: subset.py FOLDER_OF_INTER_OTF FOLDER_OF_DEJAVU_TTF    (needs fonttools)
"""
import sys
from fontTools import subset
from fontTools.ttLib import TTFont, newTable
from fontTools.ttLib.tables._k_e_r_n import KernTable_format_0

LATIN = [*range(0x20, 0x7F), *range(0xA0, 0x180)]
GREEK = [*range(0x391, 0x3A2), *range(0x3A3, 0x3AA), *range(0x3B1, 0x3CA), 0x3D1, 0x3D5, 0x3F5]
CYRILLIC = [*range(0x401, 0x402), *range(0x410, 0x450), 0x451]
SIGNS = [
    0x302, 0x303, 0x304, 0x307, *range(0x2009, 0x200B), 0x202F, *range(0x2010, 0x2016),
    *range(0x2018, 0x201F), *range(0x2020, 0x2023), 0x2026, 0x2030, 0x2032, 0x2033, 0x2070, 0x2071,
    *range(0x2074, 0x208F), 0x20AC, *range(0x2190, 0x2196), 0x21D2, 0x21D4, 0x2202, 0x2206, 0x220F,
    0x2211, 0x2212, 0x2215, 0x2219, 0x221A, 0x221E, 0x222B, 0x2248, 0x2260, 0x2264, 0x2265,
    *range(0xE000, 0xE00A), 0x25A0, 0x25B2, 0x25CF, 0x25C6, 0x2713, 0x2717, 0x1E90, 0x1E91,
]
# What Inter lacks and a course on networks writes.
SYMBOLS = [
    0x1D40, 0x2090, 0x2091, 0x2092, 0x2093, 0x2095, 0x2096, 0x2097, 0x2098, 0x2099, 0x209A, 0x209B,
    0x209C, 0x1D62, 0x1D63, 0x1D64, 0x1D65, 0x2C7C, 0x2071, 0x207F, 0x2102, 0x2112, 0x2113, 0x2115,
    0x211D, 0x2124, 0x2200, 0x2203, 0x2207, 0x2208, 0x2209, 0x2213, 0x2216, 0x2217, 0x2218, 0x221D,
    0x2223, 0x2225, 0x2227, 0x2228, 0x2229, 0x222A, 0x2261, 0x226A, 0x226B, 0x2282, 0x2286, 0x2295,
    0x2297, 0x2299, 0x22A4, 0x22A5, 0x22C5, 0x2308, 0x2309, 0x230A, 0x230B, 0x21A6, 0x2610,
]


def pair_kerning(font, cmap):
    """The `kern` feature's pairs of ASCII characters, as a plain table: {(left, right): units}."""
    gpos = font["GPOS"].table
    wanted = {cmap[code] for code in LATIN if code < 0x7F}
    pairs = {}
    indices = {i for f in gpos.FeatureList.FeatureRecord if f.FeatureTag == "kern"
               for i in f.Feature.LookupListIndex}
    for index in sorted(indices):
        for table in gpos.LookupList.Lookup[index].SubTable:
            if table.LookupType == 9:
                table = table.ExtSubTable
            if table.LookupType != 2:
                continue
            for place, left in enumerate(table.Coverage.glyphs):
                if left not in wanted:
                    continue
                if table.Format == 1:
                    found = {r.SecondGlyph: r.Value1 for r in table.PairSet[place].PairValueRecord}
                else:
                    row = table.Class1Record[table.ClassDef1.classDefs.get(left, 0)].Class2Record
                    found = {right: row[table.ClassDef2.classDefs.get(right, 0)].Value1
                             for right in wanted}
                for right, value in found.items():
                    units = getattr(value, "XAdvance", 0) if value else 0
                    if right in wanted:
                        pairs.setdefault((left, right), units)
    return {pair: units for pair, units in pairs.items() if abs(units) >= 20}


def add_tabular_digits(font):
    """Gives the digits of equal width (feature `tnum`) the code points from U+E000."""
    gsub = font["GSUB"].table
    index = next(f.Feature.LookupListIndex[0] for f in gsub.FeatureList.FeatureRecord
                 if f.FeatureTag == "tnum")
    table = gsub.LookupList.Lookup[index].SubTable[0]
    mapping = (table.ExtSubTable if table.LookupType == 7 else table).mapping
    for cmap in font["cmap"].tables:
        if cmap.isUnicode():
            for digit in range(10):
                cmap.cmap[0xE000 + digit] = mapping[cmap.cmap[0x30 + digit]]


def make(source, target, family, style, codes, kerning):
    font = TTFont(source)
    if kerning:
        add_tabular_digits(font)
    pairs = pair_kerning(font, font.getBestCmap()) if kerning else {}
    options = subset.Options()
    options.layout_features = []
    options.drop_tables += ["GSUB", "GPOS", "GDEF", "DSIG", "kern", "STAT", "FFTM", "gasp"]
    options.hinting = False
    options.desubroutinize = True
    options.notdef_outline = True
    options.name_IDs = [0, 1, 2, 4, 6, 13, 14]
    options.name_languages = [0x409]
    cutter = subset.Subsetter(options)
    cutter.populate(unicodes=codes)
    cutter.subset(font)
    names = {1: family, 2: style, 4: f"{family} {style}", 6: f"{family}-{style}".replace(" ", "")}
    for record in font["name"].names:
        if record.nameID in names:
            record.string = names[record.nameID]
    if "CFF " in font:
        top = font["CFF "].cff
        top.fontNames[0] = names[6]
        top[0].FullName, top[0].FamilyName = names[4], family
        if hasattr(top[0], "Notice"):
            top[0].Notice = ""
    if pairs:
        order = set(font.getGlyphOrder())
        table = newTable("kern")
        table.version = 0
        plain = KernTable_format_0()
        plain.apple, plain.coverage, plain.format, plain.tupleIndex = False, 1, 0, None
        plain.kernTable = {p: u for p, u in sorted(pairs.items()) if p[0] in order and p[1] in order}
        table.kernTables = [plain]
        font["kern"] = table
    font["head"].modified = font["head"].created
    font.recalcTimestamp = False
    font.save(target)


inter, dejavu = sys.argv[1:3]
text = LATIN + GREEK + CYRILLIC + SIGNS
make(f"{inter}/Inter-Regular.otf", "ChainruleSans-Regular.otf", "Chainrule Sans", "Regular", text, True)
make(f"{inter}/Inter-SemiBold.otf", "ChainruleSans-SemiBold.otf", "Chainrule Sans", "SemiBold", text, True)
make(f"{dejavu}/DejaVuSans.ttf", "ChainruleSymbols.ttf", "Chainrule Symbols", "Regular", SYMBOLS, False)

"""The groups of words that are not values of a closed list: headings, columns, captions, notes, sentences, counts.

In: text of a file of labels. Out: one record type for each group. `Text` is printed as it stands; a `Sentence` and a
`Plural` are declared with the names of the values that they take, and no file of labels may have others.
"""

from typing import Annotated

from evibrief.evidence.fields import Record, Text
from evibrief.labels.sentence import Plural, Sentence, by_number, counts, takes

Counted = Annotated[Plural, counts()]


class Counts(Record):
    """How many of what, as `no claim`, `1 claim`, `3 claims`."""

    claim: Counted
    change: Counted
    comment: Counted
    comment_or_edit: Counted
    conclusion_moved: Counted
    final_tier: Counted
    link: Counted
    mechanism: Counted
    page: Counted
    person: Counted
    notice: Counted
    problem: Counted
    reference: Counted
    statement: Counted
    study: Counted


class Lists(Record):
    """How things are listed, and what is put where there is nothing to list."""

    separator: Text
    last: Annotated[Sentence, takes("most", "last")]
    either: Text
    participants: Annotated[Sentence, takes("number")]
    participants_unknown: Text
    no_participants: Text


class PageWords(Record):
    """What the page template prints itself."""

    skip: Text
    question: Text
    bottom_line: Text
    counts: Text
    not_this: Text
    current: Text
    cite: Text
    safety: Text
    only_core: Text
    where: Text
    summary: Text
    about: Text
    contents: Text
    sources: Text
    known: Text
    not_known: Text


class FootWords(Record):
    """What stands at the foot of each sheet of paper."""

    no_advice: Text
    page_number: Annotated[Sentence, takes("page", "pages")]


class DraftWords(Record):
    """What a draft says of itself, so that nobody takes it for a brief."""

    word: Text
    title: Annotated[Sentence, takes("title")]
    version: Annotated[Sentence, takes("version", "date")]
    notice: Text
    unfinished: Text
    nothing: Text
    no_tier: Text
    place: Annotated[Sentence, takes("file", "line", "what")]
    whole_file: Annotated[Sentence, takes("file", "what")]


class Headings(Record):
    """Headings of the page below those that an author writes."""

    review: Text
    mechanisms: Text
    statements: Text
    doses_given: Text
    harms: Text
    not_known: Text
    not_rated: Text
    since: Annotated[Sentence, takes("version", "date")]
    doses_other: Text
    ratings: Text
    overrides: Text
    lacks: Text
    lacks_own: Text
    gaps: Text
    corrections: Text
    unsourced: Text
    references: Text
    verification: Text
    instrument: Annotated[Sentence, takes("instrument")]
    counted: Text
    searches: Text
    reading: Text
    tier: Annotated[Sentence, takes("tier", "statements")]


class Columns(Record):
    """Headings of columns; one word for one thing in every table."""

    against: Text
    alternative: Text
    became_and_found: Text
    claim_and_study: Text
    dose_and_how: Text
    link_and_judgement: Text
    says_and_why: Text
    studies: Text
    tiers_and_why: Text
    amount: Text
    certainty: Text
    support: Text
    claims_resting: Text
    claims_unsourced: Text
    computed: Text
    conclusion: Text
    direction: Text
    document_says: Text
    effect: Text
    final: Text
    found: Text
    given_when: Text
    hangs_on: Text
    inconclusive: Text
    is_right: Text
    known: Text
    level: Text
    links_supported: Text
    looked_for: Text
    meaning: Text
    mechanism: Text
    now: Text
    reason: Text
    record: Text
    records: Text
    rests_on: Text
    route: Text
    rule: Text
    signed: Text
    source: Text
    source_and_finding: Text
    stated: Text
    statement: Text
    status: Text
    studies_for: Text
    study: Text
    times_seen: Text
    to_whom: Text
    topic: Text
    version: Text
    was: Text
    was_said: Text
    weakest_links: Text
    what: Text
    what_became: Text
    what_changed: Text
    why: Text


class Facts(Record):
    """Names of the facts about a brief and of its judgements."""

    audience: Text
    authors: Text
    raters: Text
    reviewers: Text
    funding: Text
    conflicts: Text
    source_document: Text
    population: Text
    intervention: Text
    comparator: Text
    outcomes: Text
    plausibility: Text
    certainty: Text
    support: Text


class Captions(Record):
    """What stands over a table and under a figure."""

    table: Annotated[Sentence, takes("number", "caption")]
    figure: Annotated[Sentence, takes("number", "caption")]
    mechanisms_in_short: Text
    statements_in_short: Text
    doses_in_short: Text
    versions: Text
    moved: Annotated[Sentence, takes("version")]
    evidence_changed: Annotated[Sentence, takes("version")]
    wording_changed: Annotated[Sentence, takes("version")]
    other_changes: Annotated[Sentence, takes("version")]
    comparators: Text
    doses_people: Text
    doses_other: Text
    harms: Text
    overrides: Text
    corrections: Text
    unsourced: Text
    heavy_studies: Annotated[Sentence, takes("number")]
    chain: Annotated[Sentence, takes("mechanism")]
    claims: Annotated[Sentence, takes("topic")]
    scale_tier: Text
    scale_judgement: Text
    scale_leg: Text
    scale_support: Text
    scale_certainty: Text
    searches: Text
    searches_in_vain: Text
    ranking_others: Text
    ranking_unrated: Text
    ranking_tier: Annotated[Sentence, takes("tier")]
    time_course: Text
    figure_ranking: Text
    figure_ranking_own: Text
    figure_time_course: Text


class Figures(Record):
    """Words in drawings, and those that tell what a drawing shows."""

    for_a_benefit: Text
    against_it: Text
    unclear: Text
    key_stated: Text
    key_computed: Text
    key_final: Text
    key_seen: Text
    key_greatest: Text
    key_unmeasured: Text
    told_ranking: Annotated[Plural, counts("found", "stated")]
    told_ranking_own: Annotated[Plural, counts("found")]
    told_time_course: Annotated[Plural, counts("first", "last")]
    told_no_time: Counted


class Notes(Record):
    """Short notes in cells, and sentences without values."""

    as_at_claim: Text
    no_limitation: Text
    weakest_link: Text
    evidence_tables: Text
    evidence_of_document: Text
    notices_unchecked: Text
    added: Text
    as_stated: Text
    brief_itself: Text
    brief_as_a_whole: Text
    by_a_person: Text
    computed_not_rated: Text
    contradicting_studies: Text
    date_unknown: Text
    document_as_a_whole: Text
    doses_no_advice: Text
    doses_other: Text
    doubtful: Text
    final_not_signed: Text
    first: Text
    first_that_fits: Text
    greatest: Text
    harms_no_list: Text
    last: Text
    needs_both: Text
    needs_each: Text
    no_claim: Text
    no_earlier_version: Text
    no_instrument: Text
    no_override: Text
    no_reason: Text
    no_review: Text
    no_search: Text
    no_single_study: Text
    no_source: Text
    no_source_here: Text
    no_study_counted: Text
    no_study_for: Text
    nobody_signed: Text
    none: Text
    not_appraised: Text
    not_applicable: Text
    others_not_rated: Text
    ways_up: Text
    not_decided: Text
    not_named: Text
    not_placed: Text
    not_rated: Text
    not_rated_here: Text
    not_signed: Text
    not_there: Text
    not_told_apart: Text
    not_told_apart_own: Text
    nothing_computed: Text
    nothing_to_compare: Text
    changes_in_data: Text
    as_above: Text
    otherwise: Text
    rests_on_one: Text
    quote_not_checked: Text
    retractions_not_checked: Text
    role_unknown: Text
    somebody_unknown: Text
    unknown: Text
    versions_unknown: Text
    without_doi: Text


class Sentences(Record):
    """Sentences and pieces of sentences that join data."""

    added_claim: Annotated[Sentence, takes("population")]
    all_with_source: Annotated[Sentence, takes("claims")]
    and_more: Annotated[Sentence, takes("number")]
    appraisal: Annotated[Sentence, takes("state")]
    attributed: Annotated[Sentence, takes("attribution")]
    because: Annotated[Sentence, takes("reason")]
    candidates: Annotated[Sentence, takes("candidates", "total")]
    certainty_for: Annotated[Sentence, takes("level", "number")]
    certainty_of: Annotated[Sentence, takes("levels", "mechanisms")]
    called_claim: Annotated[Sentence, takes("number")]
    called_correction: Annotated[Sentence, takes("number")]
    called_link: Annotated[Sentence, takes("mechanism", "number")]
    see_harm: Annotated[Sentence, takes("anchor")]
    role_of_study: Annotated[Sentence, takes("sign", "role", "study")]
    searched_at: Annotated[Sentence, takes("title", "where", "date")]
    side: Annotated[Sentence, takes("side", "studies")]
    chain: Annotated[Sentence, takes("level", "reason", "links")]
    chain_signed: Annotated[Sentence, takes("level", "computed", "reason", "links")]
    chain_unrated: Annotated[Sentence, takes("links", "supported", "contradicted")]
    changed: Annotated[Sentence, takes("kinds")]
    changes: Annotated[Sentence, takes("conclusions", "evidence", "wording")]
    citations_too: Annotated[Sentence, takes("text", "citations")]
    claims_by_direction: Annotated[Sentence, takes("supporting", "opposing", "neutral")]
    claims_by_status: Annotated[Sentence, takes("upheld", "corrected", "contested", "unsupported")]
    claims_by_status_unexamined: Annotated[
        Sentence,
        takes("upheld", "corrected", "contested", "unsupported", "unexamined"),
    ]
    claim_on: Annotated[Sentence, takes("population")]
    claims_by_leg: Annotated[Sentence, takes("intervention", "condition", "direct", "bridge", "background", "gap")]
    claims_by_subject: Annotated[Sentence, takes("condition", "drug", "bridge", "gap")]
    closing: Annotated[Sentence, takes("line", "plausibility", "certainty", "text")]
    computed: Annotated[Sentence, takes("tier")]
    computed_too: Annotated[Sentence, takes("stated", "computed")]
    contains_studies: Annotated[Sentence, takes("studies")]
    counted: Annotated[Sentence, takes("counted")]
    dated: Annotated[Sentence, takes("what", "date")]
    described: Annotated[Sentence, takes("what", "note")]
    description: Annotated[Sentence, takes("version", "date", "status", "note")]
    document: Annotated[Sentence, takes("title", "author", "date", "method", "sources")]
    document_states: Annotated[Sentence, takes("stated")]
    evidence: Annotated[Sentence, takes("role", "study", "finding")]
    final: Annotated[Sentence, takes("tier")]
    instrument: Annotated[Sentence, takes("title", "version")]
    labelled: Annotated[Sentence, takes("label", "value")]
    line: Annotated[Sentence, takes("line")]
    line_of: Annotated[Sentence, takes("line")]
    link: Annotated[Sentence, takes("number", "kind")]
    link_number: Annotated[Sentence, takes("number")]
    locator: Annotated[Sentence, takes("locator")]
    never_contrary: Annotated[Sentence, takes("sort")]
    no_source_named: Annotated[Sentence, takes("phrase")]
    not_in_check: Annotated[Sentence, takes("date")]
    notice: Annotated[Sentence, takes("kind", "date", "where", "identifier")]
    notice_with_reason: Annotated[Sentence, takes("kind", "date", "where", "identifier", "reason")]
    number_of: Annotated[Sentence, takes("number", "what")]
    of: Annotated[Sentence, takes("number", "total")]
    on_quoted: Annotated[Sentence, takes("text")]
    one_study_with: Annotated[Sentence, takes("studies")]
    open_comment: Annotated[Sentence, takes("role", "text")]
    open_comments: Annotated[Sentence, takes("comments")]
    or_more: Annotated[Sentence, takes("number")]
    out_of_date: Annotated[Sentence, takes("date")]
    problems_found: Annotated[Sentence, takes("problems")]
    range: Annotated[Sentence, takes("low", "high")]
    resolved: Annotated[Sentence, takes("reason")]
    reference_state: Annotated[Sentence, takes("state")]
    recorded_only: Annotated[Sentence, takes("studies")]
    references_verified: Annotated[Sentence, takes("references", "states", "notices")]
    retracted: Annotated[Sentence, takes("study")]
    retraction_check: Annotated[Sentence, takes("state")]
    retractions_checked: Annotated[
        Sentence,
        takes("date", "source", "notices", "hash", "checked", "references", "without", "later"),
    ]
    reviewed: Annotated[Sentence, takes("version", "hash", "people", "comments", "decisions")]
    route: Annotated[Sentence, takes("route")]
    running_title: Annotated[Sentence, takes("title", "version", "date", "status")]
    signed: Annotated[Sentence, takes("by", "date", "reason")]
    signed_tier: Annotated[Sentence, takes("by", "date")]
    since_hash: Annotated[Sentence, takes("summary", "hash")]
    reasons_signed: Annotated[Sentence, takes("by")]
    since_version: Annotated[Sentence, takes("version", "summary")]
    some_without_source: Annotated[Sentence, takes("claims", "number")]
    sources_found: Annotated[Sentence, takes("sourced", "claims", "attributed", "studies")]
    stated: Annotated[Sentence, takes("tier")]
    stated_claim_plainly: Annotated[Sentence, takes("line", "source", "study_type", "population")]
    stated_claim: Annotated[Sentence, takes("line", "modality", "source", "study_type", "population")]
    statement: Annotated[Sentence, takes("number")]
    sure: Annotated[Sentence, takes("sure")]
    version_until: Annotated[Sentence, takes("version", "date", "review_by")]
    cite_as: Annotated[Sentence, takes("title", "version", "date")]
    cite_as_by: Annotated[Sentence, takes("authors", "title", "version", "date")]
    this_version: Annotated[Sentence, takes("version", "date")]
    tier_of_one: Annotated[Sentence, takes("tier")]
    tier_summary: Annotated[Sentence, takes("statements", "tiers")]
    tier_summary_none: Annotated[Sentence, takes("statements", "tiers", "best")]
    tiers_rated: Annotated[Sentence, takes("instrument", "signed", "summary")]
    tiers_rated_own: Annotated[Sentence, takes("instrument", "signed", "summary")]
    tiers_signed: Annotated[Sentence, takes("tiers")]
    tiers_unrated: Annotated[Sentence, takes("signed")]
    tiers_unrated_own: Annotated[Sentence, takes("signed")]
    version_line: Annotated[Sentence, takes("version", "date", "review_by", "content")]
    versions_listed: Annotated[Sentence, takes("place")]
    without_source: Annotated[Sentence, takes("claims")]
    without_study: Annotated[Sentence, takes("what", "falls")]
    reported: Annotated[Sentence, takes("study", "finding")]
    of_affiliation: Annotated[Sentence, takes("name", "affiliation")]
    p_signed: Annotated[Sentence, takes("p")]
    p_value: Annotated[Sentence, takes("p")]
    arm_counted: Annotated[Sentence, takes("label", "events", "number")]
    quoted: Annotated[Sentence, takes("study", "text", "checked")]
    quote_found: Annotated[Sentence, takes("date")]
    quote_not_found: Annotated[Sentence, takes("date")]
    criteria: Annotated[Sentence, takes("criteria")]
    fall: Annotated[Sentence, takes("level", "study")]
    fall_to_nothing: Annotated[Sentence, takes("study")]
    way_up: Annotated[Sentence, takes("tier", "studies")]
    claims_studied: Annotated[Sentence, takes("studied", "claims")]
    context: Annotated[Sentence, takes("why", "studies")]
    uncounted: Annotated[Sentence, takes("studies")]
    counted_as_one: Annotated[Sentence, takes("studies")]
    counted_through: Annotated[Sentence, takes("studies")]
    chain_support: Annotated[Sentence, takes("level", "reason", "links")]
    would_need: Annotated[Sentence, takes("text")]


class Plurals(Record):
    """Sentences that fit a number."""

    arm: Annotated[Plural, counts("label")]
    certainty_each: Annotated[Plural, counts("level")]
    claim_list: Annotated[Plural, by_number()]
    claims_from_document: Annotated[Plural, counts("claims", "added")]
    claims_own: Counted
    mechanisms_concerned: Annotated[Plural, by_number("mechanisms")]
    not_verified: Annotated[Plural, counts("references")]
    ranking_corrections: Annotated[Plural, by_number("corrections")]
    sources_found_own: Annotated[Plural, counts("claims", "studies")]
    sources_not_sought: Annotated[Plural, counts("attributed")]
    sources_not_sought_own: Counted
    unsourced: Annotated[Plural, counts("unsourced", "claims", "studies")]
    claims_in_all: Counted
    claims_on_it: Annotated[Plural, counts("statuses", "claims")]
    doses_listed: Annotated[Plural, counts("anchor")]
    harms_recorded: Annotated[Plural, counts("anchor")]
    way_of_statements: Annotated[Plural, by_number("way", "statements")]
    more_harms: Annotated[Plural, counts("anchor")]
    see_corrections: Annotated[Plural, by_number()]
    claims_direct: Annotated[Plural, counts("claims")]
    fragile: Annotated[Plural, counts("total", "statements")]
    links_contradicted: Counted
    links_unsupported: Counted
    tier_first: Annotated[Plural, counts("tier")]


class Reading(Record):
    """How to read the tables."""

    claim: Text
    direction: Text
    role: Text
    candidate: Text
    direct: Text
    status: Text
    studies: Text
    judgements: Text

import type { FindingKind } from './findings.ts';
import { counted, countText } from './format.ts';
import { askAbout, dates, type FindingWords, listed, type SummaryWords } from './summary-words.ts';

/** The summary in English. */
export const english: SummaryWords = {
  worked(model) {
    const { headline: h } = model;
    const run =
      model.from === model.dataDate ? `night of ${model.dataDate}` : `run over ${dates(model, 'to')}`;
    if (h.status === 'nothing')
      return `The ${run} ended, but nothing new arrived: all data is as it was before.`;
    const brought = `${countText(h.sourcesArrived)} of ${counted(h.sources, 'source')} brought ${counted(h.slicesArrived, 'new slice')} with ${counted(h.rowsIn, 'row')}`;
    const aside =
      h.rejected > 0 ? `, of which ${countText(h.rejected)} were set aside` : ', and none was set aside';
    return `The ${run} worked: ${brought}${h.rowsIn > 0 ? aside : ''}.`;
  },
  standsOut({ headline: { checks, status } }, findings) {
    if (findings.length > 0)
      return sentence(listed(findings, englishFindings, '; ', joined, (more) => `${more} more below`));
    if (status === 'nothing') return 'Nothing else stands out.';
    if (checks.pass === 0) return 'Nothing stands out, but nothing was checked either.';
    return `Nothing stands out: ${checks.pass === 1 ? 'the one check' : `all ${countText(checks.pass)} checks`} passed.`;
  },
  toDo: (model, gravest) =>
    gravest
      ? askAbout(model, gravest, englishFindings, joined)
      : model.headline.status === 'nothing'
        ? 'If files were due, ask the owners of the sources for them and run the night again; otherwise there is nothing to do.'
        : 'There is nothing to do.',
};

const see = (place: string): string => `see ${place} below`;

const englishFindings: Readonly<Record<FindingKind, FindingWords>> = {
  missing: {
    what: (names) => `no file was found for ${names}`,
    toDo: (owners, names) =>
      `Ask ${owners || `the owner of ${names}`} for the missing files of ${names}, then run the night again.`,
  },
  failedStep: {
    what: (names) => `collecting ${names} failed, so its last data stays`,
    toDo: (_, __, ___, record) => `Look at the failed step with: stocktake runs show ${record}`,
  },
  refused: {
    what: (names) => `whole deliveries of ${names} were refused`,
    toDo: (owners, names) =>
      `Ask ${owners || `the owner of ${names}`} for a corrected delivery of ${names}; the next run takes it in.`,
  },
  keptOut: {
    what: (names) => `files or lines of ${names} could not be read`,
    toDo: (owners, names) =>
      `Ask ${owners || `the owner of ${names}`} to deliver the broken files of ${names} again, ${see('Problems')}; the next run takes them in.`,
  },
  columnsGone: {
    what: (names) => `columns the mapping of ${names} needs are gone`,
    toDo: (owners, names) =>
      `Ask ${owners || `the owner of ${names}`} whether that is meant; if so, adapt the mapping of ${names} in temporal.config.ts.`,
  },
  vanished: {
    what: (names) => `no longer configured: ${names}`,
    toDo: (_, names) => `If that is not meant, put ${names} back into temporal.config.ts.`,
  },
  badRows: {
    what: (names) => `rows of ${names} break their mapping or contract`,
    toDo: (owners, _, first) =>
      `Look at the rows with: stocktake quarantine show ${first}; have ${owners || 'the owner'} correct them where they are made.`,
  },
  late: {
    what: (names) => `the newest data of ${names} is too old`,
    toDo: (owners, names) => `Ask ${owners || `the owner of ${names}`} where the delivery of ${names} is.`,
  },
  lost: {
    what: (names) => `rows of ${names} are not accounted for`,
    toDo: (_, __, ___, record) =>
      `Run it again with --force; if it stays so, report run ${record} as a fault.`,
  },
  columnsChanged: {
    what: (names) => `columns changed in ${names}`,
    toDo: (_, names) =>
      `If the new columns matter, add them to the mapping of ${names} in temporal.config.ts.`,
  },
  volume: {
    what: (names) => `the number of rows is unusual in ${names}`,
    toDo: (owners, names) =>
      `Ask ${owners || `the owner of ${names}`} whether the delivery of ${names} is complete.`,
  },
  warned: {
    what: (names) => `checks on ${names} warn`,
    toDo: () => `Look at the warnings, ${see('Quality')}; nothing was kept out because of them.`,
  },
};

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

/** `a`, `a and b`, `a, b and c`. */
function joined(names: readonly string[]): string {
  if (names.length < 2) return names.join('');
  return `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

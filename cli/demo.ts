import pc from 'picocolors';
import { demoShop, writeNight, writeShop } from '../domain/demo/shop.ts';
import { addDays } from '../domain/plan/dates.ts';
import { printNight } from './demo-summary.ts';
import { ensureSetup } from './ensure-setup.ts';
import type { GlobalOptions } from './options.ts';
import { runNight } from './run.ts';
import { type Session, withSession } from './session.ts';

/**
 * `stocktake demo` (and `npm start`): sets up what is missing, writes the demo shop, runs two nights on it and prints a
 * screenful: what was found, rejected and why, what changed, what was reused, what it cost, where to look next.
 *
 * With `poison` a third night follows whose events lie under the wrong users, or repeat the newest days with old time stamps:
 * the gate refuses what is learned from them.
 */
export async function demo(options: { readonly poison?: Poison }, globals: GlobalOptions): Promise<number> {
  const setup = await ensureSetup(globals);
  if (setup !== 0) return setup;
  const nights = [
    addDays(demoShop.firstDate, demoShop.days - 1),
    addDays(demoShop.firstDate, demoShop.days),
  ] as const;
  return withSession(globals, { worker: 'bring' }, async (session) => {
    const shopDir = session.project.input;
    session.out.note(`Demo shop: ${demoShop.days} days from ${demoShop.firstDate} in ${shopDir}`);
    await writeShop(shopDir, demoShop);
    const first = await night(session, nights[0], 'First night: everything is new', globals);
    if (first !== 0) return first;
    await writeNight(shopDir, demoShop, demoShop.days, {
      changedShare: 0.02,
      newColumn: true,
      brokenFile: true,
    });
    const second = await night(
      session,
      nights[1],
      'Second night: 2 % of the items changed, one new column, one broken file',
      globals,
    );
    if (second !== 0) return second;
    if (options.poison) {
      const third = await poisonedNight(session, options.poison, globals);
      if (third !== 0) return third;
    }
    await printNight(session, globals);
    session.out.note(`Store: ${session.project.storeDir} (remove it with: npm run stocktake -- clean --yes)`);
    return 0;
  });
}

/** What is wrong with the third night. */
type Poison = 'shuffled-users' | 'leaked-labels';

const poisons: Readonly<Record<Poison, string>> = {
  'shuffled-users': 'the events of the day lie under the wrong users',
  'leaked-labels': 'every second event of the newest days comes once more, dated a week earlier',
};

async function poisonedNight(session: Session, poison: Poison, globals: GlobalOptions): Promise<number> {
  const day = demoShop.days + 1;
  await writeNight(session.project.input, demoShop, day, {
    changedShare: 0.02,
    newColumn: true,
    brokenFile: false,
    shuffledUsers: poison === 'shuffled-users',
    leakedLabels: poison === 'leaked-labels',
  });
  const date = addDays(demoShop.firstDate, day);
  return night(session, date, `Poisoned night: ${poisons[poison]}`, globals);
}

/** Runs a night unless a later one is published already: then it says that it is reused. */
async function night(session: Session, date: string, title: string, globals: GlobalOptions): Promise<number> {
  const { out, store } = session;
  out.note('');
  out.note(pc.bold(`${title} (${date})`));
  const current = await store.snapshots.current();
  if (current && current.dataDate > date) {
    out.note(`  = already published before ${current.dataDate}: reused`);
    return 0;
  }
  return runNight(session, date, {}, { ...globals, json: false });
}

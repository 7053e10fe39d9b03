import { ensureSetup } from './ensure-setup.ts';
import type { GlobalOptions } from './options.ts';
import { applySchedules } from './schedule.ts';
import { openSession } from './session.ts';

/** `stocktake dev`: Temporal server with its UI on fixed ports, workers, and the schedule; until Ctrl-C. */
export async function dev(options: { readonly port: number }, globals: GlobalOptions): Promise<number> {
  const ready = await ensureSetup(globals);
  if (ready !== 0) return ready;
  const ports = { grpc: options.port, ui: options.port + 1000 };
  const session = await openSession(globals, { worker: 'bring', ports });
  try {
    await applySchedules(session, globals);
    const { out, temporal, project } = session;
    out.note(`Temporal UI      ${temporal.uiUrl ?? '(the server you named has its own)'}`);
    out.note(`Temporal server  ${temporal.address}`);
    out.note(`Store            ${project.storeDir}`);
    out.note('Start a night with: npm run stocktake -- run. Ctrl-C drains the workers and stops the server.');
    await new Promise<void>((resolve) => {
      process.once('SIGINT', () => resolve());
      process.once('SIGTERM', () => resolve());
    });
    out.note('Draining…');
    return 0;
  } finally {
    await session.close();
  }
}

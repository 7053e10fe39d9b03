import { defineSearchAttributeKey } from '@temporalio/common';
import { executeChild, workflowInfo } from '@temporalio/workflow';
import { dataDateOf } from '../domain/plan/dates.ts';
import { nightId } from '../domain/plan/ids.ts';
import type { NightInput, NightResult } from '../schemas/night.ts';
import { travelRoad } from './road.ts';

const nominalKey = defineSearchAttributeKey('TemporalScheduledStartTime', 'DATETIME');

/**
 * One night: takes stock for one data date, id `inventory/<date>`.
 *
 * Started by a schedule it has no date yet: it takes it from its nominal time and waits for `inventory/<date>` as a child,
 * so that a manual run of the same date and a scheduled one can never run at once.
 */
export async function nightlyInventory(input: NightInput): Promise<NightResult> {
  const { dataDate } = input;
  if (dataDate === undefined) return scheduledNight(input);
  return travelRoad(
    { ...input, title: `Inventory ${dataDate}, ${input.trigger}`, maxActive: 50 },
    {
      workflow: 'nightlyInventory',
      trigger: input.trigger,
      from: dataDate,
      to: dataDate,
      force: input.force,
      allowOlder: input.allowOlder,
    },
  );
}

async function scheduledNight(input: NightInput): Promise<NightResult> {
  const info = workflowInfo();
  const nominal = info.typedSearchAttributes.get(nominalKey) ?? info.startTime;
  const dataDate = dataDateOf(nominal.toISOString(), input.timezone, input.offsetDays);
  return executeChild(nightlyInventory, {
    workflowId: nightId(dataDate),
    workflowIdReusePolicy: 'ALLOW_DUPLICATE',
    args: [{ ...input, dataDate }],
    staticSummary: `Inventory ${dataDate}: schedule`,
  });
}

import {
  collectSteps,
  eventSteps,
  inventoryStep,
  matchSteps,
  normalizeSteps,
  publishStep,
  recordSteps,
  reportStep,
  unifySteps,
} from '../domain/plan/steps.ts';
import type { NightResult, PlanRequest } from '../schemas/night.ts';
import { type RoadOptions, startRoad } from './road-run.ts';

/**
 * The main road: plan → collect → normalize → dedup → inventory → report → publish.
 *
 * Every step is idempotent by content, so a reset, a retry or a second run costs only what is not done yet.
 */
export async function travelRoad(options: RoadOptions, request: PlanRequest): Promise<NightResult> {
  const road = startRoad(options);
  try {
    const plan = await road.plan(request);
    if (plan.nothingToDo) return await road.nothingToDo(plan);
    await road.all('collect', collectSteps(plan.sources));
    await road.all('normalize', normalizeSteps(plan.sources));
    await road.all('dedup', [...eventSteps(plan.entities), ...recordSteps(plan.entities)]);
    await road.all('dedup', matchSteps(plan.entities));
    await road.all('dedup', unifySteps(plan.entities));
    await road.all('inventory', [inventoryStep]);
    await road.all('report', [reportStep]);
    await road.all('publish', [publishStep]);
    return await road.finish();
  } catch (error) {
    await road.fail(error);
    throw error;
  }
}

import {
  classifyStep,
  collectSteps,
  deployStep,
  embedStep,
  eventSteps,
  inventoryStep,
  matchSteps,
  normalizeSteps,
  profileStep,
  publishStep,
  recommendStep,
  recordSteps,
  reportStep,
  unifySteps,
} from '../domain/plan/steps.ts';
import type { BranchInput, BranchResult, NightResult, PlanRequest } from '../schemas/night.ts';
import type { Branch } from './branch-run.ts';
import { type RoadRun, startRoad } from './road-run.ts';
import type { RoadOptions } from './road-state.ts';

/**
 * The main road: plan → collect → normalize → dedup → inventory → embed → retrain → report → publish.
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
    await road.branch(embedBranch);
    await road.branch(retrainBranch);
    await road.all('report', [reportStep]);
    await road.all('publish', [publishStep]);
    return await road.finish();
  } catch (error) {
    await road.fail(error);
    throw error;
  }
}

/** Encodes the catalogue's texts. */
export const embedBranch: Branch = {
  name: 'embed',
  workflow: 'embedCatalog',
  summary: 'Encode new item and review texts',
  steps: [embedStep],
};

/** Labels, profiles, trains and deploys. */
export const retrainBranch: Branch = {
  name: 'retrain',
  workflow: 'retrainRecommender',
  summary: 'Label, profile, train, let it serve only if it is better',
  steps: [classifyStep, profileStep, recommendStep, deployStep],
};

/** Judges and registers the candidate. */
export const deployBranch: Branch = {
  name: 'deploy',
  workflow: 'deployModel',
  summary: 'Gate the candidate against the champion, register it',
  steps: [deployStep],
};

/**
 * A part of the road as a workflow of its own: within a run it works its steps for it; on its own it plans on what is
 * published, works them, and publishes.
 */
export async function travelBranch(
  workflow: Branch['workflow'],
  input: BranchInput,
  walk: (road: RoadRun) => Promise<unknown>,
): Promise<BranchResult> {
  const { trigger, force, allowOlder, within } = input;
  const road = startRoad({ ...input, title: `${workflow}, ${trigger}`, maxActive: 50 });
  if (within) {
    await walk(road);
    return { results: road.results() };
  }
  try {
    const plan = await road.plan({ workflow, trigger, from: '', to: '', force, allowOlder });
    if (plan.nothingToDo) return { results: [], night: await road.nothingToDo(plan) };
    await walk(road);
    await road.all('report', [reportStep]);
    await road.all('publish', [publishStep]);
    const results = road.results();
    return { results, night: await road.finish() };
  } catch (error) {
    await road.fail(error);
    throw error;
  }
}

import { defineSearchAttributeKey } from '@temporalio/common';
import { defineQuery, setCurrentDetails, setHandler, upsertSearchAttributes } from '@temporalio/workflow';
import { createBoard } from '../domain/plan/board.ts';
import { searchAttributes } from '../domain/plan/ids.ts';
import type { StageName, StepOutput } from '../domain/plan/steps.ts';
import type { Retries } from '../schemas/config.ts';
import type { PlanResult, StepProgress, Trigger, WithinRun } from '../schemas/night.ts';
import type { StepResult } from '../schemas/run.ts';
import type { Problem } from '../schemas/stage.ts';

/** Answers the stage table while a run goes on and after it has ended. */
export const progressQuery = defineQuery<StepProgress[]>('progress');

const stageKey = defineSearchAttributeKey(searchAttributes.stage, 'KEYWORD');

/** What a run needs to know to work its steps. */
export interface RoadOptions {
  readonly title: string;
  readonly trigger: Trigger;
  readonly taskQueuePrefix: string;
  readonly retries: Retries;
  readonly force: boolean;
  readonly allowOlder: boolean;
  /** Steps of one stage that may wait on the queues at once. */
  readonly maxActive: number;
  /** Set in a child: the run it works for. */
  readonly within?: WithinRun | undefined;
}

/** What one run of the road has done so far; the parts of the road write into it. */
export interface RoadState {
  readonly options: RoadOptions;
  readonly board: ReturnType<typeof createBoard>;
  /** What later steps see: outputs of the run, and of the run this one works within. */
  readonly outputs: StepOutput[];
  /** What this run itself has worked. */
  readonly results: StepResult[];
  readonly problems: Problem[];
  planned: PlanResult | undefined;
  /** The first step that failed; empty for none. */
  failedStep: string;
  /** What the details say beside the stage table. */
  advice: string;
  /** Shows the stage table in the details. */
  show(): void;
  /** Shows that a stage begins. */
  enter(stage: StageName): void;
}

/** Starts the state of a run and answers its progress query. */
export function startState(options: RoadOptions): RoadState {
  const board = createBoard();
  const state: RoadState = {
    options,
    board,
    outputs: [...(options.within?.outputs ?? [])],
    results: [],
    problems: [...(options.within?.problems ?? [])],
    planned: options.within?.plan,
    failedStep: '',
    advice: '',
    show: () => setCurrentDetails(board.markdown(options.title, state.advice)),
    enter(stage) {
      upsertSearchAttributes([{ key: stageKey, value: stage }]);
      state.show();
    },
  };
  setHandler(progressQuery, () => board.rows());
  return state;
}

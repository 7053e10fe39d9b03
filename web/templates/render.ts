import { Eta } from 'eta';
import type { ReportRenderer } from '../../domain/report/report.ts';

/** Makes the report's page renderer on the templates of a folder: everything is escaped, only our own SVG is raw. */
export function createRenderer(templatesDir: string): ReportRenderer {
  const eta = new Eta({ views: templatesDir, cache: true, autoEscape: true, varName: 'view' });
  return (view) => eta.render('./report', view);
}

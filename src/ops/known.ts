// Whether an environment is one that the workspace knows: by its file, or by generations that are left of one.

import { type Context, existingProfile } from './context.ts'
import { requireEnvironmentFile } from './environments.ts'

/** @throws ToolError E_ENV_NOT_FOUND with a name that is near, E_USAGE for what can be no name */
export function requireKnown(context: Context, environment: string): void {
  if (existingProfile(context, environment) === null)
    requireEnvironmentFile(context.host, context.workspace, environment)
}

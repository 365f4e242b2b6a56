// The one place where a file at an address can be asked for.

import type { HttpRequest } from '../../host/http.ts'

export async function* onePlace(request: HttpRequest): AsyncGenerator<HttpRequest> {
  yield request
}

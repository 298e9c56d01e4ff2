// Owns the generated files share/berth/apparmor/: LXC's profiles, for hosts that do not have its package.
import { SHIPPED, shippedProfile } from "../src/plan/security/profile-rules.ts";
import type { Generated } from "./reference/pages.ts";

export const apparmorFiles = (): readonly Generated[] => Object.keys(SHIPPED).map((name) => ({ path: `share/berth/apparmor/${name}`, text: shippedProfile(name) }));

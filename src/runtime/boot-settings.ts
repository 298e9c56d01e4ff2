// Owns the verb `bootSettings`: what /etc/default/lxc says of the boot.
import { probeBootSettings } from "../host/probe/boot-settings.ts";
import type { BootSettings } from "../model/boot.ts";

export const bootSettings = (): BootSettings => probeBootSettings();

// Debian with sysvinit boots, as every kind of container; so does busybox.
import { boots } from "./boots.ts";

boots("sysvinit");
boots("busybox");

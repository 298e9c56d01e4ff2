// Debian with systemd boots, as every kind of container.
import { boots } from "./boots.ts";

boots("systemd");

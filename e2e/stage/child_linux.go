package stage

import (
	"os/exec"
	"syscall"
)

// endWithParent makes the system end a child when this process dies, also by a panic or a kill.
func endWithParent(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

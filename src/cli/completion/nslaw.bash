# SPDX-License-Identifier: GPL-3.0-or-later
# Completion of nslaw: what is above is made from the program's option table.

# WORDS: offers those that go on from $cur, which stands behind $prefix in its word.
# readline replaces only what stands behind the last of its breaks in the word.
_nslaw_offer() {
    local head=${word%"${word##*["$COMP_WORDBREAKS"]}"} i
    mapfile -t COMPREPLY < <(compgen -P "$prefix" -W "$1" -- "$cur")
    for i in "${!COMPREPLY[@]}"; do
        COMPREPLY[i]=${COMPREPLY[i]#"$head"}
    done
}

_nslaw() {
    local line=${COMP_LINE:0:COMP_POINT} words=() word prefix='' cur command option kind values
    COMPREPLY=()
    read -ra words <<<"$line"
    [[ $line == *[[:blank:]] ]] && words+=("")
    word=${words[-1]} cur=$word command=${words[1]-}
    if ((${#words[@]} < 3)); then
        _nslaw_offer "$(_nslaw_commands) --help --version"
        return
    fi
    option=${words[-2]}
    [[ $word == --*=* ]] && option=${word%%=*} prefix=$option= cur=${word#*=}
    read -r kind values <<<"$(_nslaw_values "$command" "$option")"
    [[ -z $kind && $word == -* ]] && kind=option values=$(_nslaw_options "$command")
    [[ -z $kind ]] && _nslaw_operand "$command" && kind=file
    case $kind in
    file) compopt -o default ;; # readline does it better
    list)
        [[ $cur == *,* ]] && prefix+=${cur%,*}, cur=${cur##*,}
        _nslaw_offer "$values"
        ;;
    *) _nslaw_offer "$values" ;;
    esac
}

complete -F _nslaw nslaw
